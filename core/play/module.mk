SHELF := core/play
$(SHELF)_SRC := cacao.c cacao_action.c cacao_graph.c cacao_step.c cacao_util.c cacao_var.c canon.c command.c cond.c cond_lex.c hazard.c live.c mpack.c openc2.c plan.c plan_bind.c plan_build.c plan_hazard.c plan_read.c run.c
$(SHELF)_PKG := libcrypto jansson
