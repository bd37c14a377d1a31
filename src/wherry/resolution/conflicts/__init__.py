"""The conflict-driven engine, and the explanations of its refutations.

Theory of operation. The engine is the method of PubGrub, over finite domains.

The *domain* of an identifier (a project, or an extra of one) is the set of its possible outcomes, as the bits of an
``int`` (``domain.py``): a bit for each release, for the installed version, the distribution's, a direct URL, and the
placeholder of an unknown page; and one bit for absence, the outcome of a project that is not needed. A requirement is
the set of bits that it admits, never absence. Complement, union and intersection are single operations.

A *term* is an identifier with a set of bits. It is satisfied if no other bits are left of the domain, and contradicted
if none of its bits is left. An *incompatibility* is a set of terms that cannot all be true (``incompatibility.py``).
It is a *fact*, or it is *derived* from two others. Each requirement is a fact, and the *cause* of it is the requirement
with its parent: if ``b 1`` requires ``c==1``, the terms are b: {1} and c: {absent, 2}, where 2 is the only other
version. Constraints are facts as well, and so are releases that must not be selected.

The *partial solution* is a list of *assignments* (``partial_solution.py``). Each leaves fewer bits of one domain: by
*decision* for a candidate, which begins a new level, or by *derivation*, whose cause is an incompatibility.

The loop (``resolver.py``) has three steps:

1. Propagation. If all terms of an incompatibility but one are satisfied, derive that the last one is false. If all of
   them are satisfied, there is a conflict: go to step 3.
2. Decision. Take the first candidate, in the order of the provider, whose requirements are not contradicted already;
   learn its requirements as facts, and propagate. If no required project is undecided, the answer is complete.
3. *Conflict resolution*. Find the assignment that completed the conflict, and combine the incompatibility with the
   cause of that assignment. Each of the two excludes its bits of the identifier if its other terms are true; so if the
   other terms of both are true, the union of these bits is excluded. Drop the union if it is the whole domain. Repeat
   until the conflict depends on one assignment of the latest level only. Store the result, and go back to the latest
   level of its other assignments. That is the lowest level where all other terms are still satisfied, so propagation
   excludes the wrong choice there. The levels in between have no part in the conflict; those below stay valid.

If no terms are left, the incompatibility excludes every answer: the problem is refuted. The facts that it was derived
from (``Derivations.facts``) are the proof, and ``explanation.py`` puts them into words.

Example. The caller asks for ``a`` and ``c>=2``. ``a 2`` requires ``b``, ``b 1`` requires ``c==1``, ``a 1`` and ``c``
(1 and 2) require nothing.

- Level 0: the facts {a: absent} and {c: absent, 1} derive a: 1 or 2, and c: 2.
- Level 1: decide a 2. The fact {a: 2, b: absent} derives b: 1. But {b: 1, c: absent, 2} excludes b 1 because c is 2, so
  nothing is left of b. Now {a: 2, b: absent} is satisfied: a conflict.
- b was assigned last, so combine {a: 2, b: absent} with the cause {b: 1, c: absent, 2}. Absent and 1 are the whole
  domain of b, so its term is dropped: {a: 2, c: absent, 2}. Of this, a is assigned at level 1, c at level 0.
- Back at level 0, {a: 2, c: absent, 2} derives a: 1. Decide a 1, then c 2: the answer.

Without ``a 1``, the same conflict occurs at level 0, where no decision can be revised. So the incompatibility
{a: 2, c: absent, 2} is also combined with the causes {a: absent} and {c: absent, 1}, and no term is left. The proof has
four facts: "you asked for a", "you asked for c>=2", "a 2 requires b" and "b 1 requires c==1".
"""
