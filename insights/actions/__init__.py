"""Every change that insights makes: one file per noun."""
