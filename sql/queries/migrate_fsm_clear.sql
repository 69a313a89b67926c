with moves as (delete from soc.fsm_move) delete from soc.fsm_state;
