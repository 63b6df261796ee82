"""Builds the bare lab with each source of its public certificate, builds it again, and takes it down.

    python -m campaigns.sources [ad-cs csr pfx]

A second build must change nothing, and a teardown must leave the machines as they were. With csr the first build waits
(exit code 3), an authority of this campaign signs the request, and the next build takes up the answer.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from campaigns.kills import ROOT, copy_lab
from campaigns.rebuild import Round, run
from passivelab.errors import Exit
from tests.certificates.authorities import PublicAuthority
from tests.certificates.labs import wished
from tests.certificates.test_sources import make_pfx
from winsim.world.digest import digest
from winsim.world.machines import load_machines

SOURCES = ("ad-cs", "csr", "pfx")
USE = "certificates: { hosts: [dc01, adfs01, adfs02, se01, se02, dir01, owa01, arr01] }"
MEMBERS = "membership: { hosts: [adfs01"


def make_lab(folder: Path, source: str) -> Path:
    """The bare lab with another source; its domain controller is the authority where AD CS is the source."""
    lab = copy_lab(folder / source, "bare")
    text = (lab / "lab.yml").read_text()
    assert USE in text and MEMBERS in text
    more = ", pfx_file: own.pfx, pfx_password: own_pfx" if source == "pfx" else ""
    use = USE.replace("] }", f"], variables: {{ source: {source}{more} }} }}")
    if source == "ad-cs":
        use = f"certificate_authority: {{ hosts: [dc01] }}\n  {use}"
        text = text.replace(MEMBERS, "membership: { hosts: [dc01, adfs01")
    (lab / "lab.yml").write_text(text.replace(USE, use))
    if source == "pfx":
        make_pfx(lab)
    return lab


def answer(lab: Path) -> bool:
    """Builds until the request waits, and answers it."""
    line = [sys.executable, "-m", "invoke", "build-lab", "--lab", str(lab)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    waits = done.returncode == Exit.STEP_FAILED and "0 failed, 1 waiting" in done.stdout
    folder = lab / ".passivelab" / "certificates"
    request = x509.load_pem_x509_csr((folder / "public.csr").read_bytes())
    authority, (_, names) = PublicAuthority.make(), wished(lab)
    signed = authority.sign(request.subject, names, request.public_key())  # type: ignore[arg-type]
    (folder / "public.cer").write_bytes(signed.public_bytes(Encoding.DER))
    chain = (authority.intermediate, authority.root)
    (folder / "chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    return waits


def campaign(source: str, folder: Path) -> bool:
    lab = make_lab(folder, source)
    new = digest(load_machines(lab / "machines.yml"))
    fine = answer(lab) if source == "csr" else True
    first, second, down = (shown(source, run(lab, *words)) for words in (("build-lab",), ("build-lab",), DOWN))
    return fine and first.proved and second.proved and second.changed == 0 and down.proved and down.digest == new


DOWN = ("teardown-lab", "--yes")


def shown(source: str, outcome: Round) -> Round:
    print(f"{source:<6} {outcome.line()}", flush=True)
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sources", nargs="*", metavar="source", help=", ".join(SOURCES))
    chosen = parser.parse_args().sources or SOURCES
    with tempfile.TemporaryDirectory() as folder:
        fine = [campaign(source, Path(folder)) for source in chosen]
    print("every lab is as it was" if all(fine) else "some labs differ")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
