-- 0006_plan.sql - a plan's hash is that of the document stored beside it.
-- SPDX-License-Identifier: Apache-2.0
--
-- People approve a hash and read a document: whoever may write rows cannot make the two differ.
set local role fabsoc_owner;

alter table play.plan add constraint plan_hash_of_document check (hash = sha256(convert_to(document, 'UTF8')));
