listen soc_news;
