"""How objects look as text: Format-Table and its kin, Out-String, the default views."""
