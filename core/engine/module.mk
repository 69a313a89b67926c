SHELF := core/engine
$(SHELF)_SRC := alert.c clock.c context.c correlate.c emit.c engine.c incident.c intent.c \
	overdue.c pending.c save.c scene.c stage2.c state.c table.c tiering.c
