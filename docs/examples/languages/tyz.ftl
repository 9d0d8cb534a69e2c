# Tày.
language-name = Tày
