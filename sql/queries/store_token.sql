select token from soc.position;
