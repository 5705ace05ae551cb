"""Files that leave the portal: HTML in and PDF/UA out, tables in and workbooks out."""
