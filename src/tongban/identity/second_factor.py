"""Second factors: authenticator apps and passkeys, their secrets sealed at rest."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter

from tongban.kernel.sealed import seal, unseal

_CONTEXT = "mfa.secret"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """allauth keeps authenticator secrets as they are unless told how to seal them."""

    def encrypt(self, text: str) -> str:
        return seal(text, _CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, _CONTEXT)
