listen soc_sign;
