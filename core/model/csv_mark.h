// csv_mark.h - a line of a CSV file as it is handed on: with the line that names its columns.
// SPDX-License-Identifier: Apache-2.0
//
//     #csv DELIMITER LF header line LF record
//
// DELIMITER is one byte. A record may hold line ends within quotes (RFC 4180). The framer writes it
// (core/frame/csv_header.h), the decoder reads it (core/decode/csv_record.h): any record decodes alone.
#ifndef CORE_MODEL_CSV_MARK_H
#define CORE_MODEL_CSV_MARK_H

#define CSV_MARK       "#csv "
#define CSV_DELIMITERS ",;\t"

#endif
