SHELF := connectors/journal
$(SHELF)_SRC := index.c journal.c reader.c recover.c segment.c
