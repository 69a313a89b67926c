SHELF := core/filter
$(SHELF)_SRC := filter_compile.c filter_eval.c
$(SHELF)_PKG := libpcre2-8
