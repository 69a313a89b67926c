SHELF := connectors/pg
$(SHELF)_SRC := args.c commit_rows.c conn.c sql.c store_pg.c store_write.c migrate.c \
	 logins.c place.c cluster.c cluster_process.c desk_pg.c desk_link.c
$(SHELF)_PKG := libpq

$(GEN)/sql_queries.inc: $(sort $(wildcard sql/queries/*.sql)) share/tools/sqlgen.awk
	$(Q)awk -v mode=queries -f share/tools/sqlgen.awk $(filter %.sql,$^) > $@
SQL_FILES := $(sort $(wildcard sql/roles/1*.sql)) $(sort $(wildcard sql/migrations/*.sql)) \
	$(sort $(wildcard sql/functions/*.sql)) $(sort $(wildcard sql/roles/2*.sql))
$(GEN)/sql_files.inc: $(SQL_FILES) $(GEN)/fsm.sql share/tools/sqlgen.awk
	$(Q)awk -v mode=files -f share/tools/sqlgen.awk $(SQL_FILES) $(GEN)/fsm.sql > $@
$(GEN)/sql_effects.inc: core/INPUTS_AND_EFFECTS.def share/tools/effectgen.awk
	$(Q)awk -f share/tools/effectgen.awk $< > $@
$(GEN)/sql_calls.inc: core/desk.def share/tools/deskgen.awk
	$(Q)awk -f share/tools/deskgen.awk $< > $@
GENERATED += $(GEN)/sql_calls.inc $(GEN)/sql_queries.inc $(GEN)/sql_files.inc $(GEN)/sql_effects.inc
