SHELF := tui
$(SHELF)_SRC := canvas.c dialog.c gauge.c help.c key.c keymap.c prompt.c screen.c table.c \
	table_draw.c term_curses.c term_text.c theme.c
$(SHELF)_PKG := ncursesw
