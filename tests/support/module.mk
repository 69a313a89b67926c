SHELF := tests/support
$(SHELF)_SRC := store_mem.c store_mem_rows.c store_suite.c store_suite_rows.c pg_bench.c
