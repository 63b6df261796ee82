# What invoke check reads of a reachable host: one hashtable, nothing is changed.
# Works on a bare machine: what is not there is $null.

$free = @(Get-WmiObject -Class Win32_LogicalDisk -Filter "DeviceID = 'C:'" | ForEach-Object { $_.FreeSpace })
$system = Get-WmiObject -Class Win32_OperatingSystem
$principal = New-Object -TypeName System.Security.Principal.WindowsPrincipal -ArgumentList ([System.Security.Principal.WindowsIdentity]::GetCurrent())

$manager = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager'
$renames = (Get-ItemProperty -Path $manager -ErrorAction SilentlyContinue).PendingFileRenameOperations
$servicing = Test-Path -Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
$updates = Test-Path -Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'

$lync = $null
if (Get-Module -ListAvailable -Name Lync) {
    Import-Module -Name Lync
    $lync = [string](Get-CsServerVersion)
}

@{
    PowerShell    = "$($PSVersionTable.PSVersion)"
    System        = [string]$system.Version
    Administrator = $principal.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
    ShellMemory   = [int](Get-Item -Path WSMan:\localhost\Shell\MaxMemoryPerShellMB).Value
    Shells        = [int](Get-Item -Path WSMan:\localhost\Shell\MaxShellsPerUser).Value
    Time          = [System.DateTime]::UtcNow.ToString('o')
    PendingReboot = ($null -ne $renames) -or $servicing -or $updates
    FreeMegabytes = $(if ($free.Count -eq 1) { [long]($free[0] / 1MB) } else { $null })
    Lync          = $lync
}
