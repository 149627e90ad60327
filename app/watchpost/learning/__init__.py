"""Training and measuring models; torch is imported only where it is used."""
