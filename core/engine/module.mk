SHELF := core/engine
$(SHELF)_SRC := alert.c clock.c commands.c context.c context_answer.c corr_absence.c corr_window.c correlate.c coverage.c drift.c emit.c engine.c facts.c incident.c intent.c known.c known_person.c live_of.c \
	merge.c overdue.c party.c pending.c plans.c remap.c rules.c runs.c save.c scene.c sources.c stage2.c state.c table.c tiering.c usual.c twin.c
