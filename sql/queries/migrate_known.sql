select to_regclass('soc.migration') is not null;
