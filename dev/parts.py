"""What a stack consists of."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """What a stack can run."""

    POSTGRES = "postgres"
    TEMPORAL = "temporal"
    MIGRATIONS = "migrations"
    PRACTICE_MODEL = "practice-model"
    PRACTICE_PHONE = "practice-phone"
    WORKER = "worker"
    GATEWAY = "gateway"


ALL_PARTS = frozenset(Part)
PREFERRED_PORTS = {
    "temporal": 7233,
    "temporal-ui": 8233,
    Part.GATEWAY: 8080,
    Part.PRACTICE_PHONE: 8090,
    Part.PRACTICE_MODEL: 8091,
    Part.POSTGRES: 54329,
}
TITLES = {
    Part.POSTGRES: "o Postgres",
    Part.TEMPORAL: "o Temporal",
    Part.PRACTICE_MODEL: "o modelo de treino",
    Part.PRACTICE_PHONE: "o celular de treino",
    Part.WORKER: "o worker",
    Part.GATEWAY: "o gateway",
}
# Who must be gone before whom; those in one group end together.
ENDING_ORDER: tuple[tuple[Part, ...], ...] = (
    (Part.GATEWAY, Part.PRACTICE_PHONE),
    (Part.WORKER,),
    (Part.PRACTICE_MODEL, Part.TEMPORAL),
    (Part.POSTGRES,),
)
