listen soc_intent;
