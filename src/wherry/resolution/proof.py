"""Conflict-driven search: it finds an answer wherever there is one, or proves that there is none.

resolvelib forgets why it left a candidate out, and so may lose an answer, or try the same dead end again and again.
Here every conflict is learned as a nogood (the method of SAT solvers; PubGrub is its best-known use for packages). What
is learned never needs to be learned again, and the last one learned is the explanation.
"""

from __future__ import annotations

from collections import Counter
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from wherry.errors import ResolutionTooDeep
from wherry.resolution.candidates import Policy
from wherry.resolution.domains import ABSENT, Domain
from wherry.resolution.nogoods import Nogood, Required, Restricted, Unselectable, combine
from wherry.resolution.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wherry.resolution.candidates import Candidate
    from wherry.resolution.nogoods import Fact
    from wherry.resolution.provider import Provider
    from wherry.resolution.requirements import Identifier, ProjectRequirement

__all__ = ["Proof"]

MAX_CONFLICTS = 10_000


class Proof:
    """One search for ``requirements``; ``provider`` is asked about a candidate only once that is decided on."""

    def __init__(self, requirements: Iterable[ProjectRequirement], provider: Provider) -> None:
        self._provider = provider
        self._domains: dict[Identifier, Domain] = {}
        self._nogoods: dict[Identifier, dict[Nogood, None]] = {}
        self._alike: dict[tuple[Identifier, Identifier, int], Nogood] = {}
        self._trail = Trail()
        self._decided: dict[Identifier, tuple[Candidate, int]] = {}
        self._active: dict[Identifier, list[tuple[ProjectRequirement, int]]] = {}
        self._known: set[Candidate] = set()
        self._rounds = 0
        self._conflicts: Counter[Identifier] = Counter()
        self._asked = tuple(requirements)
        self._refutation: Nogood | None = None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that exclude every answer, once the search has failed."""
        return tuple(self._refutation.facts()) if self._refutation else ()

    def search(self) -> dict[Identifier, Candidate] | None:
        """Return the candidates found, or ``None`` where there is no answer.

        Raises :class:`~wherry.errors.ResolutionTooDeep`.
        """
        changed = self._begin()
        while self._refutation is None:
            conflict = self._propagate(changed)
            if conflict is not None:
                changed = list(self._analyse(conflict).terms)
                continue
            undecided = [identifier for identifier, left in self._trail.left.items() if self._is_open(identifier, left)]
            if undecided:
                changed = self._decide(min(undecided, key=self._preference))
                continue
            unnamed = next(filter(self._is_unnamed, self._decided), None)
            if unnamed is None:
                return {identifier: candidate for identifier, (candidate, _) in self._decided.items()}
            # It might be named after all, were any other candidate chosen; so it is this very choice that falls.
            terms = {identifier: self._trail.left[identifier] for identifier in self._decided}
            self._learn(terms, Unselectable(unnamed[0]))
            changed = list(terms)
        return None

    def _begin(self) -> list[Identifier]:
        for requirement in self._asked:
            domain = self._domain(requirement.identifier)
            self._require(requirement, 0)
            self._learn({domain.identifier: domain.full & ~domain.admitted(requirement)}, Required(requirement, None))
        return list(self._domains)

    def _require(self, requirement: ProjectRequirement, level: int) -> None:
        self._active.setdefault(requirement.identifier, []).append((requirement, level))

    def _is_open(self, identifier: Identifier, left: int) -> bool:
        return not left & ABSENT and identifier not in self._decided

    def _is_unnamed(self, identifier: Identifier) -> bool:
        """Whether a yanked release has been decided on without anything that names it (PEP 592)."""
        candidate = self._decided[identifier][0]
        if self._provider.candidates.policy is Policy.RELAXED or identifier[1]:
            return False
        file, version = candidate.file, candidate.version
        if file is None or version is None or file.yanked is None or candidate.source is not file:
            return False
        constraints = self._provider.candidates.problem.constraints.get(candidate.name, ())
        return not any(requirement.names(version) for requirement in (*self._wanted(identifier), *constraints))

    def _preference(self, identifier: Identifier) -> tuple[int, bool, Identifier]:
        # As in resolvelib's provider, nothing here may look at what happens to be known.
        wanted = self._wanted(identifier)
        pinned = any(requirement.exactly is not None or requirement.pins for requirement in wanted)
        return -self._conflicts[identifier], not pinned, identifier

    def _wanted(self, identifier: Identifier) -> list[ProjectRequirement]:
        """Return what the caller and all that has been decided on require of ``identifier``."""
        project = (identifier[0], "")
        return [
            requirement for key in dict.fromkeys((project, identifier)) for requirement, _ in self._active.get(key, ())
        ]

    def _decide(self, identifier: Identifier) -> list[Identifier]:
        """Take the best candidate that is left, and learn what it requires; return whose bits may now change."""
        domain = self._domains[identifier]
        # An extra and its project come to the same version, whatever the version is.
        terms = {key: self._trail.left[key] for key in ((identifier[0], ""), identifier) if key in self._domains}
        left = reduce(and_, terms.values())
        if not left:
            self._store(Nogood(terms))
            return list(terms)
        selected = self._provider.select(identifier, self._wanted(identifier))
        chosen = next((candidate for candidate in selected if domain.bit(candidate) & left), None)
        if chosen is None:
            self._learn(terms, Unselectable(identifier[0]))
            return list(terms)
        self._trail.narrow(identifier, domain.bit(chosen))
        self._decided[identifier] = chosen, self._trail.level
        return [identifier, *self._expand(chosen)]

    def _expand(self, candidate: Candidate) -> list[Identifier]:
        required = self._provider.get_dependencies(candidate)
        for requirement in required:
            self._require(requirement, self._trail.level)
        if candidate not in self._known:
            self._known.add(candidate)
            bit = self._domains[candidate.identifier].bit(candidate)
            for requirement in required:
                self._learn_dependency(candidate, bit, requirement)
        return [requirement.identifier for requirement in required]

    def _learn_dependency(self, candidate: Candidate, bit: int, requirement: ProjectRequirement) -> None:
        domain = self._domain(requirement.identifier)
        missing = domain.full & ~domain.admitted(requirement)
        fact = Required(requirement, candidate)
        if requirement.identifier == candidate.identifier:
            if bit & missing:
                self._learn({candidate.identifier: bit}, fact)
        elif missing:
            self._learn_alike(candidate.identifier, bit, requirement.identifier, missing, fact)

    def _learn_alike(self, parent: Identifier, bit: int, child: Identifier, missing: int, fact: Fact) -> None:
        """Learn that ``parent`` at ``bit`` excludes ``missing``; releases that require the same share a nogood."""
        key = parent, child, missing
        known = self._alike.get(key)
        learned = Nogood(self._telling({parent: bit, child: missing}), fact)
        if known is not None:
            for identifier in known.terms:
                del self._nogoods[identifier][known]
            learned = Nogood({**known.terms, parent: known.terms[parent] | bit}, parents=(known, learned))
        self._alike[key] = learned
        self._store(learned)

    def _domain(self, identifier: Identifier) -> Domain:
        if identifier not in self._domains:
            domain = self._domains[identifier] = Domain(identifier, self._provider.candidates)
            self._nogoods[identifier] = {}
            self._trail.open(identifier, domain.full)
            for constraint in self._provider.candidates.problem.constraints.get(identifier[0], ()):
                excluded = domain.full & ~domain.admitted(constraint) & ~ABSENT
                if excluded:
                    self._learn({identifier: excluded}, Restricted(constraint))
        return self._domains[identifier]

    def _learn(self, terms: dict[Identifier, int], fact: Fact) -> None:
        """Store a nogood, without the terms that are always true."""
        self._store(Nogood(self._telling(terms), fact))

    def _telling(self, terms: dict[Identifier, int]) -> dict[Identifier, int]:
        return {name: bits for name, bits in terms.items() if bits != self._domains[name].full}

    def _store(self, nogood: Nogood) -> None:
        if not nogood.terms:
            self._refutation = nogood
        for identifier in nogood.terms:
            self._nogoods[identifier][nogood] = None

    def _propagate(self, changed: list[Identifier]) -> Nogood | None:
        """Draw all conclusions; return the nogood that everything in it has come to, if there is one."""
        while changed:
            for nogood in list(self._nogoods[changed.pop()]):
                verdict = self._weigh(nogood)
                if verdict is True:
                    return nogood
                if verdict is not False:
                    self._trail.narrow(verdict, ~nogood.terms[verdict], nogood)
                    changed.append(verdict)
        return None

    def _weigh(self, nogood: Nogood) -> bool | Identifier:
        """Tell whether all of ``nogood`` has come true, or (by the identifier) all but one term, or less."""
        last: Identifier | None = None
        for identifier, bits in nogood.terms.items():
            left = self._trail.left[identifier]
            if left & ~bits:
                if last is not None or not left & bits:
                    return False
                last = identifier
        return True if last is None else last

    def _analyse(self, conflict: Nogood) -> Nogood:
        """Resolve ``conflict`` with its causes until it tells what to do otherwise; go back there, and store it.

        A nogood without terms excludes everything.
        """
        self._conflicts.update(conflict.terms.keys())
        self._rounds += 1
        if self._rounds > MAX_CONFLICTS:
            raise ResolutionTooDeep(f"{MAX_CONFLICTS} conflicts", sorted({name for name, _ in conflict.terms}))
        nogood = conflict
        while nogood.terms:
            steps = {name: self._trail.satisfier(name, bits) for name, bits in nogood.terms.items()}
            last = max(steps.values(), key=lambda step: step.position)
            before = max((step.level for step in steps.values() if step is not last), default=0)
            if last.cause is None:
                return self._go_back(before, nogood)
            resolved = combine(nogood, last.cause, last.identifier, self._domains[last.identifier].full)
            if last.identifier in resolved.terms:
                rest = self._trail.satisfier(last.identifier, resolved.terms[last.identifier])
                before = max(before, rest.level)
            if before < last.level:
                return self._go_back(before, nogood)
            nogood = resolved
        self._refutation = nogood
        return nogood

    def _go_back(self, level: int, nogood: Nogood) -> Nogood:
        self._trail.take_back(level)
        self._decided = {key: value for key, value in self._decided.items() if value[1] <= level}
        for key, active in self._active.items():
            self._active[key] = [item for item in active if item[1] <= level]
        if nogood.parents:
            self._store(nogood)
        return nogood
