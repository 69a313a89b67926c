SHELF := connectors/ws
$(SHELF)_SRC := client.c peer.c server.c tls.c wsloop.c
$(SHELF)_PKG := libwebsockets openssl
