/* SPDX-License-Identifier: Apache-2.0 */
/* Behaviours of the memory of what filters said (bpf/filter.h). Each: NULL, or what is wrong. */
#ifndef TESTS_BPF_DECISIONS_H
#define TESTS_BPF_DECISIONS_H

const char *decisions_are_those_of_rules(void);
const char *a_decision_holds_as_long_as_its_filter(void);

#endif
