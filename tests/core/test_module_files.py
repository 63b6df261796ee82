"""Modules in files: manifests are written, tested and obeyed."""

from __future__ import annotations

import pytest

from tests.core.conftest import Machine, Run

LAB = r"""
$d = "$env:ProgramFiles\WindowsPowerShell\Modules\Lab"; $null = mkdir $d
Set-Content $d\Lab.psm1 'param($base) function Get-LabThing($x) { "thing $x $base" }; function Hidden { 1 };
Set-Alias glt Get-LabThing; $Site = "Oslo"; Export-ModuleMember -Function * -Alias * -Variable Site'
Set-Content $d\Extra.psm1 'function Get-LabExtra { "extra" }'
"""
MANIFEST = (
    LAB + r"New-ModuleManifest $d\Lab.psd1 -RootModule Lab.psm1 -NestedModules Extra.psm1 -ModuleVersion 1.2 "
    "-Author me -FunctionsToExport Get-LabThing, Get-LabExtra -Guid 11111111-2222-3333-4444-555555555555; "
)
IMPORT = "Microsoft.PowerShell.Commands.ImportModuleCommand"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$m = Test-ModuleManifest $d\\Lab.psd1; \"$($m.Name) $($m.Version) $($m.Author) $($m.ModuleType)\"; "
         "($m.ExportedFunctions.Keys | sort) -join ','; \"$($m.Guid)\"",
         ["Lab 1.2 me Script", "Get-LabExtra,Get-LabThing", "11111111-2222-3333-4444-555555555555"]),
        ("(Get-Content $d\\Lab.psd1 | ? { $_ -match '^(ModuleV|# FileL|NestedM|Functions)' }) -join '|'",
         ["ModuleVersion = '1.2'|NestedModules = @('Extra.psm1')|FunctionsToExport = 'Get-LabThing', |"
          "# FileList = @()"]),
        ("Get-Module -ListAvailable Lab | % { \"$($_.Version)\" }; @(Get-Module Lab).Count", ["1.2", "0"]),
        ("Import-Module Lab -ArgumentList 9; Get-LabThing 5; glt 6; Get-LabExtra; $Site; "
         "@(Get-Command Hidden -ErrorAction SilentlyContinue).Count; (Get-Module Lab).NestedModules.Count",
         ["thing 5 9", "thing 6 9", "extra", "Oslo", "0", "1"]),
        ("Import-Module Lab -Prefix My; Get-MyLabThing 1; Remove-Module Lab; "
         "@(Get-Command Get-MyLab*, glt -ErrorAction SilentlyContinue).Count", ["thing 1 ", "0"]),
        ("Import-Module Lab -Function Get-LabExtra; Get-LabExtra; "
         "@(Get-Command Get-LabThing -ErrorAction SilentlyContinue).Count", ["extra", "0"]),
        ("Import-Module Lab -MinimumVersion 1.0 -PassThru | % Name; Import-Module Lab -RequiredVersion 1.2", ["Lab"]),
    ],
)  # fmt: skip
def test_values(run: Run, text: str, expected: list[str]) -> None:
    assert run(MANIFEST + text) == expected


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Import-Module Lab -MinimumVersion 9.0", f"Modules_ModuleWithVersionNotFound,{IMPORT}"),
        ("Import-Module Lab -RequiredVersion 1.0", f"Modules_ModuleWithVersionNotFound,{IMPORT}"),
        ("Set-Content $d\\Lab.psd1 '@{ RootModule = \"Lab.psm1\" }'; Import-Module Lab",
         f"Modules_InvalidManifest,{IMPORT}"),
        ("Remove-Item $d\\Lab.psm1; Import-Module Lab", f"Modules_ModuleFileNotFound,{IMPORT}"),
        ("New-ModuleManifest $d\\Lab.txt",
         "Modules_InvalidModuleManifestPath,Microsoft.PowerShell.Commands.NewModuleManifestCommand"),
        ("Test-ModuleManifest $d\\none.psd1",
         "Modules_ModuleNotFound,Microsoft.PowerShell.Commands.TestModuleManifestCommand"),
        ("New-ModuleManifest $d\\Lab.psd1 -TypesToProcess a.ps1xml; Import-Module Lab", "LabNotBuilt"),
    ],
)  # fmt: skip
def test_refusals(machine: Machine, text: str, id: str) -> None:
    machine.run(MANIFEST + text)
    assert machine.errors == [id]
