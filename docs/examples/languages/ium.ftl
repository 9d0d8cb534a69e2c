# Dao. A name that is too long for a narrow header has a short one beside it, of at most 8 characters.
language-name = Dao (Iu Mien)
language-short = Dao
