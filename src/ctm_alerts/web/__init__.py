"""The pages behind the links of our mails: GET shows, POST acts."""
