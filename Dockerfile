# Built by docker-compose.yml; runs as a user of its own, keeps everything it writes under /data.
FROM python:3.12-slim-bookworm
WORKDIR /app
COPY requirements-runtime.lock pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY src ./src
COPY templates ./templates
COPY config ./config
RUN pip install --no-cache-dir --require-hashes -r requirements-runtime.lock \
 && pip install --no-cache-dir --no-deps . \
 && useradd --system --home-dir /data --create-home ctm
USER ctm
ENV CTM_ALERTS_HOME=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8025
ENTRYPOINT ["ctm-alerts"]
CMD ["run"]
