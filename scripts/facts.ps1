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
$unified = $null
$passive = $null
if (Get-Module -ListAvailable -Name Lync) {
    Import-Module -Name Lync
    $lync = [string](Get-CsServerVersion)
    # From this server's copy of the configuration: reading the central one needs a second hop.
    if (Get-Service -Name REPLICA -ErrorAction SilentlyContinue) {
        $exchange = @(Get-CsPartnerApplication -LocalStore -ErrorAction SilentlyContinue | Where-Object { [string]$_.ApplicationIdentifier -like '00000002-*' })
        $policies = @(Get-CsUserServicesPolicy -LocalStore -ErrorAction SilentlyContinue | Where-Object { $_.UcsAllowed })
        $unified = @(if ($exchange.Count -gt 0) { foreach ($policy in $policies) { [string]$policy.Identity } })
        $web = @(Get-CsWebServiceConfiguration -LocalStore -ErrorAction SilentlyContinue)
        $passive = @($web | Where-Object { $_.UseWsFedPassiveAuth } | ForEach-Object { [string]$_.Identity })
    }
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
    UnifiedContactPolicies = $unified
    PassiveScopes = $passive
}
