"""The conflict-driven resolver, behind resolvelib's interface: it finds an answer or proves that there is none.

It decides the problems that resolvelib's own resolver cannot decide without backtracking
(:mod:`~wherry.resolution.fast_path`). That one forgets why it rejected a candidate, so it may lose an answer, or try
the same dead end again and again. This one learns an incompatibility from every conflict. The package's docstring has
the theory and an example.
"""

from __future__ import annotations

from collections import Counter
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from resolvelib import AbstractResolver, BaseReporter, ResolutionImpossible
from resolvelib.resolvers import Criterion, RequirementInformation, Result
from resolvelib.structs import DirectedGraph, IteratorMapping

from wherry.errors import ResolutionTooDeep
from wherry.resolution.candidates import Candidate
from wherry.resolution.conflicts.domain import ABSENT, Domain
from wherry.resolution.conflicts.incompatibility import Derivations, Restricted, Unselectable
from wherry.resolution.conflicts.partial_solution import PartialSolution
from wherry.resolution.requirements import Identifier, ProjectRequirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wherry.resolution.conflicts.incompatibility import Cause, Fact, Incompatibility
    from wherry.resolution.provider import Provider

    Answer = Result[ProjectRequirement, Candidate, Identifier]

__all__ = ["Refuted", "Resolver"]

MAX_ROUNDS = 10_000
EVERYTHING = ~0
"""All bits of every domain, however many it has: ``left & ~EVERYTHING`` is always 0."""


class Refuted(ResolutionImpossible[ProjectRequirement, Candidate]):
    """There is no answer: ``facts`` together exclude all of them."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        super().__init__([fact for fact in facts if isinstance(fact, RequirementInformation)])
        self.facts = facts


class Resolver(AbstractResolver[ProjectRequirement, Candidate, Identifier]):
    """Resolves once, without reports. It asks ``provider`` for the requirements of the candidates that it tries."""

    base_exception: type[Exception] = Refuted
    provider: Provider

    def __init__(self, provider: Provider) -> None:
        super().__init__(provider, BaseReporter())
        self._domains: dict[Identifier, Domain] = {}
        self._derivations = Derivations()
        # By identifier, with the bits of its term: unless that is satisfied, propagation need not look at the other
        # terms. A single term is always looked at.
        self._incompatibilities: dict[Identifier, dict[Incompatibility, int]] = {}
        self._alike: dict[tuple[Identifier, Identifier, int], Incompatibility] = {}
        self._trail = PartialSolution()
        # In the order of the decisions: the n-th was made at level n.
        self._decided: dict[Identifier, Candidate] = {}
        # The requirements of the caller and of all decided candidates; the latest comes last.
        self._causes: dict[Identifier, list[Cause]] = {}
        self._requirements = IteratorMapping(self._causes, _requirements)
        self._preferences: dict[Identifier, tuple[int, object]] = {}
        # By candidate, the identifiers that it requires, each with the bits that the requirement excludes.
        self._dependencies: dict[Candidate, list[tuple[Identifier, int]]] = {}
        self._conflicts: Counter[Identifier] = Counter()
        self._refutation: Incompatibility | None = None
        self.holes: int | None = None
        """The number of holes touched before the first conflict; ``None`` if there was no conflict."""

    def resolve(self, requirements: Iterable[ProjectRequirement], max_rounds: int = MAX_ROUNDS) -> Answer:  # type: ignore[override]
        """Return the candidates that the requirements lead to, each with its requirements and their parents.

        Raises :class:`Refuted` if there is no answer, and :class:`~wherry.errors.ResolutionTooDeep` after
        ``max_rounds`` conflicts.
        """
        asked = [RequirementInformation(requirement, None) for requirement in requirements]
        changed = self._begin(asked)
        rounds = 0
        while self._refutation is None:
            conflict = self._propagate(changed)
            if conflict is not None:
                rounds += 1
                if rounds > max_rounds:
                    raise ResolutionTooDeep(f"{max_rounds} conflicts", sorted({name for name, _ in conflict.terms}))
                self._count(*conflict.terms)
                changed = list(self._analyse(conflict).terms)
            elif undecided := self._undecided():
                changed = self._decide(min(undecided, key=self._preference))
            elif unnamed := next(filter(self._is_unnamed, self._decided), None):
                changed = self._exclude_choices(unnamed)
            else:
                return self._reached(asked)
        self._count()
        raise Refuted(tuple(self._derivations.facts(self._refutation)))

    def _begin(self, asked: Iterable[Cause]) -> list[Identifier]:
        for cause in asked:
            domain = self._domain(cause.requirement.identifier)
            self._require(cause)
            self._learn({domain.identifier: domain.full & ~domain.admitted(cause.requirement)}, cause)
        return list(self._domains)

    def _require(self, cause: Cause) -> None:
        identifier = cause.requirement.identifier
        self._causes.setdefault(identifier, []).append(cause)
        self._preferences.pop(identifier, None)

    def _count(self, *identifiers: Identifier) -> None:
        if self.holes is None:
            self.holes = len(self.provider.needs)
        self._conflicts.update(identifiers)
        for identifier in identifiers:
            self._preferences.pop(identifier, None)

    def _undecided(self) -> list[Identifier]:
        decided = self._decided
        return [key for key, left in self._trail.left.items() if not left & ABSENT and key not in decided]

    def _is_unnamed(self, identifier: Identifier) -> bool:
        """Return whether the decided candidate is allowed only if something names it, and nothing does."""
        return self.provider.candidates.is_unnamed(self._decided[identifier], self._requirements[identifier])

    def _exclude_choices(self, unnamed: Identifier) -> list[Identifier]:
        """Exclude the decided release together with all known choices that do not name it or require another project.

        Any other answer with that release makes a choice that is not known yet. So this is learned at most once for
        each choice, and not for each combination of choices.
        """
        release = self._decided[unnamed]
        terms = dict.fromkeys(self._decided, ABSENT)
        for candidate in self._dependencies:
            if candidate.identifier in terms and self._leaves_unnamed(candidate, release):
                terms[candidate.identifier] |= self._domains[candidate.identifier].bit(candidate)
        terms[unnamed] = self._trail.left[unnamed]
        self._learn(terms, Unselectable(unnamed[0]))
        return list(terms)

    def _leaves_unnamed(self, candidate: Candidate, release: Candidate) -> bool:
        """Return whether the candidate requires nothing but decided projects, and does not name ``release``."""
        required = self.provider.get_dependencies(candidate)
        if any(one.identifier not in self._decided for one in required):
            return False
        own = [one for one in required if one.identifier == release.identifier]
        return self.provider.candidates.is_unnamed(release, own)

    def _preference(self, identifier: Identifier) -> tuple[int, object]:
        found = self._preferences.get(identifier)
        if found is None:
            information = {identifier: iter(self._causes.get(identifier, ()))}
            preference = self.provider.get_preference(identifier, self._decided, {}, information, ())
            found = self._preferences[identifier] = -self._conflicts[identifier], preference
        return found

    def _decide(self, identifier: Identifier) -> list[Identifier]:
        """Decide on the first candidate whose requirements do not exclude it; return the identifiers to propagate."""
        domain = self._domains[identifier]
        # An extra and its project have the same version.
        terms = {key: self._trail.left[key] for key in ((identifier[0], ""), identifier) if key in self._domains}
        left = reduce(and_, terms.values())
        if not left:
            self._store(self._derivations.state(terms))
            return list(terms)
        matches = self.provider.find_matches(identifier, self._requirements, {identifier: iter(())})
        for candidate in matches():
            bit = domain.bit(candidate)
            if not bit & left:
                continue
            excluding = self._excluding(candidate, bit)
            if excluding is None:
                self._trail.narrow(identifier, bit)
                self._decided[identifier] = candidate
                return [identifier, *self._expand(candidate)]
            left &= ~excluding.terms[identifier]
            self._trail.narrow(identifier, ~excluding.terms[identifier], excluding)
            self._count(identifier)
        if left == reduce(and_, terms.values()):
            self._learn(terms, Unselectable(identifier[0]))
        return list(terms)

    def _expand(self, candidate: Candidate) -> list[Identifier]:
        required = self.provider.get_dependencies(candidate)
        for requirement in required:
            self._require(RequirementInformation(requirement, candidate))
        return [requirement.identifier for requirement in required]

    def _excluding(self, candidate: Candidate, bit: int) -> Incompatibility | None:
        """Return an incompatibility by which a requirement of the candidate excludes it now, or ``None``."""
        if candidate not in self._dependencies:
            causes = (RequirementInformation(one, candidate) for one in self.provider.get_dependencies(candidate))
            learned = (self._learn_dependency(candidate, bit, cause) for cause in causes)
            self._dependencies[candidate] = [dependency for dependency in learned if dependency[1]]
        for dependency in self._dependencies[candidate]:
            child, missing = dependency
            if not self._trail.left[child] & ~missing:
                return self._alike[candidate.identifier, child, missing]
        return None

    def _learn_dependency(self, candidate: Candidate, bit: int, cause: Cause) -> tuple[Identifier, int]:
        """Learn a requirement of the candidate; return its identifier and the bits that it excludes."""
        parent, child = candidate.identifier, cause.requirement.identifier
        domain = self._domain(child)
        missing = domain.full & ~domain.admitted(cause.requirement)
        if child == parent:
            missing = EVERYTHING if bit & missing else 0
        if missing:
            self._learn_alike(parent, bit, child, missing, cause)
        return child, missing

    def _learn_alike(self, parent: Identifier, bit: int, child: Identifier, missing: int, fact: Fact) -> None:
        """Learn that ``bit`` of ``parent`` excludes ``missing``; releases with the same requirement share one."""
        key = parent, child, missing
        known = self._alike.get(key)
        learned = self._derivations.state(self._telling({child: missing, parent: bit}), fact)
        if known is not None:
            for identifier in known.terms:
                self._incompatibilities[identifier].pop(known, None)
            learned = self._derivations.derive({**known.terms, parent: known.terms[parent] | bit}, known, learned)
        self._alike[key] = learned
        self._store(learned)

    def _domain(self, identifier: Identifier) -> Domain:
        if identifier not in self._domains:
            domain = self._domains[identifier] = Domain(identifier, self.provider.candidates)
            self._incompatibilities[identifier] = {}
            self._trail.open(identifier, domain.full)
            for constraint in self.provider.candidates.problem.constraints.get(identifier[0], ()):
                excluded = domain.full & ~domain.admitted(constraint) & ~ABSENT
                if excluded:
                    self._learn({identifier: excluded}, Restricted(constraint))
        return self._domains[identifier]

    def _learn(self, terms: dict[Identifier, int], fact: Fact) -> None:
        """Store an incompatibility, without the terms that are always true."""
        self._store(self._derivations.state(self._telling(terms), fact))

    def _telling(self, terms: dict[Identifier, int]) -> dict[Identifier, int]:
        return {name: bits for name, bits in terms.items() if bits != self._domains[name].full}

    def _store(self, incompatibility: Incompatibility) -> None:
        if not incompatibility.terms:
            self._refutation = incompatibility
        for identifier, bits in incompatibility.terms.items():
            self._incompatibilities[identifier][incompatibility] = (
                bits if len(incompatibility.terms) > 1 else EVERYTHING
            )

    def _propagate(self, changed: list[Identifier]) -> Incompatibility | None:
        """Derive all that follows from the changed identifiers; return the first satisfied incompatibility, if any."""
        left = self._trail.left
        while changed:
            name = changed.pop()
            for incompatibility, bits in self._incompatibilities[name].items():
                if not left[name] & ~bits and self._propagate_one(incompatibility, changed):
                    return incompatibility
        return None

    def _propagate_one(self, incompatibility: Incompatibility, changed: list[Identifier]) -> bool:
        """Derive that the last open term is false, if all others are satisfied; return whether all are: a conflict."""
        last: Identifier | None = None
        for identifier, bits in incompatibility.terms.items():
            left = self._trail.left[identifier]
            if left & ~bits:
                if last is not None or not left & bits:
                    return False
                last = identifier
        if last is None:
            return True
        self._trail.narrow(last, ~incompatibility.terms[last], incompatibility)
        changed.append(last)
        return False

    def _analyse(self, conflict: Incompatibility) -> Incompatibility:
        """Combine ``conflict`` with the causes of its assignments until it excludes a decision; go back, and store it.

        An incompatibility without terms excludes every answer.
        """
        incompatibility = conflict
        while incompatibility.terms:
            steps = {name: self._trail.satisfier(name, bits) for name, bits in incompatibility.terms.items()}
            last = max(steps.values(), key=lambda step: step.position)
            before = max((step.level for step in steps.values() if step is not last), default=0)
            if last.cause is None:
                return self._go_back(before, incompatibility)
            full = self._domains[last.identifier].full
            resolved = self._derivations.combine(incompatibility, last.cause, last.identifier, full)
            if last.identifier in resolved.terms:
                rest = self._trail.satisfier(last.identifier, resolved.terms[last.identifier])
                before = max(before, rest.level)
            if before < last.level:
                return self._go_back(before, incompatibility)
            incompatibility = resolved
        self._refutation = incompatibility
        return incompatibility

    def _go_back(self, level: int, incompatibility: Incompatibility) -> Incompatibility:
        self._trail.take_back(level)
        while len(self._decided) > level:
            _, candidate = self._decided.popitem()
            for requirement in self.provider.get_dependencies(candidate):
                self._causes[requirement.identifier].pop()
                self._preferences.pop(requirement.identifier, None)
        if incompatibility.is_derived:
            self._store(incompatibility)
        return incompatibility

    def _reached(self, asked: Iterable[Cause]) -> Answer:
        """Return the part of the decisions that the requirements lead to: earlier choices may have left others."""
        information: dict[Identifier, list[Cause]] = {}
        graph: DirectedGraph[Identifier | None] = DirectedGraph()
        graph.add(None)
        pending = list(asked)
        while pending:
            cause = pending.pop()
            identifier = cause.requirement.identifier
            if identifier not in information:
                information[identifier] = []
                graph.add(identifier)
                candidate = self._decided[identifier]
                required = self.provider.get_dependencies(candidate)
                pending += [RequirementInformation(requirement, candidate) for requirement in required]
            information[identifier].append(cause)
            graph.connect(cause.parent.identifier if cause.parent else None, identifier)
        mapping = {identifier: self._decided[identifier] for identifier in sorted(information)}
        criteria = {key: Criterion([candidate], information[key], []) for key, candidate in mapping.items()}
        return Result(mapping, graph, criteria)


def _requirements(causes: Iterable[Cause]) -> Iterator[ProjectRequirement]:
    return (cause.requirement for cause in causes)
