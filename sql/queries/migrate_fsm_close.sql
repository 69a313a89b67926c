select soc.fsm_close();
