/* SPDX-License-Identifier: Apache-2.0 */
/* Ends one reading of the S1AP tables: their words are common ones and must not leak. */
#undef INTEGER
#undef BITS_UINT
#undef OCTETS_UINT
#undef BITS
#undef SECRET_BITS
#undef OCTETS
#undef STRING
#undef ENUMERATED
#undef PLAIN
#undef PLAIN_NO_EXT
#undef PLAIN_NO_IES
#undef SEQUENCE
#undef SEQUENCE_NO_EXT
#undef SEQUENCE_AS
#undef CHOICE
#undef LIST
#undef CONTAINERS
#undef MESSAGE
