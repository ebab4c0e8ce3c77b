"""Ways out for mail: a folder, SMTP; and how its bytes are packed."""
