# The functions that are sent once a session. They run steps on Windows Server 2012 R2 (PowerShell 4.0): several in one
# pipeline, each kept apart from the others, each answering with one line of JSON.

function ConvertTo-PlainValue {
    # Gives a value as text, boolean, 64-bit integer, null, list or map: the same over every transport.
    param($InputObject, [string]$Name)

    if ($null -eq $InputObject) { return $null }
    if ($InputObject -is [bool] -or $InputObject -is [long]) { return $InputObject }
    # A new string, because one that Get-Content has read carries properties of its own.
    if ($InputObject -is [string]) { return "$InputObject" }
    if ($InputObject -is [System.Management.Automation.SwitchParameter]) { return [bool]$InputObject }
    if ($InputObject -is [System.Security.SecureString]) { throw "The property '$Name' is a secret." }
    if ($InputObject -is [enum] -or $InputObject -is [char]) { return "$InputObject" }
    if ($InputObject -is [datetime]) { return $InputObject.ToUniversalTime().ToString('o') }
    if ($InputObject -is [int] -or $InputObject -is [byte] -or $InputObject -is [int16] -or
        $InputObject -is [uint16] -or $InputObject -is [uint32]) {
        return [long]$InputObject
    }
    if ($InputObject -is [uint64] -or $InputObject -is [decimal] -or $InputObject -is [double]) {
        if ([Math]::Floor($InputObject) -eq $InputObject -and [Math]::Abs($InputObject) -lt 9000000000000000000) {
            return [long]$InputObject
        }
        return $InputObject.ToString([System.Globalization.CultureInfo]::InvariantCulture)
    }
    if ($InputObject -is [System.Collections.IDictionary]) {
        $map = @{}
        foreach ($key in $InputObject.Keys) {
            $map["$key"] = ConvertTo-PlainValue -InputObject $InputObject[$key] -Name "$Name.$key"
        }
        return $map
    }
    if ($InputObject -is [System.Collections.IEnumerable] -and $InputObject -isnot [System.Xml.XmlNode]) {
        # An array that went through the pipeline would become {"value": .., "Count": ..} in JSON; a list does not.
        $list = New-Object -TypeName System.Collections.ArrayList
        foreach ($member in $InputObject) {
            $null = $list.Add((ConvertTo-PlainValue -InputObject $member -Name $Name))
        }
        return , $list
    }
    if ($InputObject -is [System.Management.Automation.PSCustomObject]) {
        $map = @{}
        foreach ($property in $InputObject.PSObject.Properties) {
            $map[$property.Name] = ConvertTo-PlainValue -InputObject $property.Value -Name "$Name.$($property.Name)"
        }
        return $map
    }
    $text = "$InputObject"
    if ($text -eq $InputObject.GetType().FullName) { throw "The property '$Name' is a $text, which has no plain value." }
    return $text
}

function ConvertFrom-PlainObject {
    # Gives what ConvertFrom-Json has made as hashtables, arrays and values.
    param($InputObject)

    if ($InputObject -is [System.Management.Automation.PSCustomObject]) {
        $map = @{}
        foreach ($property in $InputObject.PSObject.Properties) {
            $map[$property.Name] = ConvertFrom-PlainObject -InputObject $property.Value
        }
        return $map
    }
    if ($InputObject -is [array]) {
        $members = @(foreach ($member in $InputObject) { , (ConvertFrom-PlainObject -InputObject $member) })
        return , $members
    }
    return $InputObject
}

function ConvertTo-ErrorAnswer {
    # What can be told of an error: its identifier, its text, and where in the step it happened.
    param([System.Management.Automation.ErrorRecord]$ErrorRecord)

    $invocation = $ErrorRecord.InvocationInfo
    @{
        id      = "$($ErrorRecord.FullyQualifiedErrorId)"
        message = "$($ErrorRecord.Exception.Message)"
        line    = $(if ($invocation) { [long]$invocation.ScriptLineNumber } else { 0 })
        column  = $(if ($invocation) { [long]$invocation.OffsetInLine } else { 0 })
        text    = $(if ($invocation) { "$($invocation.Line)".Trim() } else { '' })
    }
}

function Invoke-StepBlock {
    # Runs one script block of a step. Nothing of it may reach the next one: it has a scope of its own, and a loop of one
    # turn that stops a stray break or continue.
    param([string]$Script, $Desired, $Current, $Needs, $Before, $Secrets)

    Set-StrictMode -Version 1.0
    $ErrorActionPreference = 'Stop'
    $ProgressPreference = 'SilentlyContinue'
    $ConfirmPreference = 'None'
    $output = @(do { & ([scriptblock]::Create($Script)) } while ($false))
    return , $output
}

function Invoke-Step {
    # Runs the blocks that a document asks for, one after the other, and answers for each with one line of JSON.
    param([string]$Document, [hashtable]$Secrets)

    foreach ($request in (ConvertFrom-Json -InputObject $Document).requests) {
        $answer = @{ id = "$($request.id)"; state = 'failed' }
        try {
            if ($request.delay) { Start-Sleep -Milliseconds $request.delay }
            $values = @{
                Script  = "$($request.script)"
                Desired = ConvertFrom-PlainObject -InputObject $request.desired
                Current = ConvertFrom-PlainObject -InputObject $request.current
                Needs   = ConvertFrom-PlainObject -InputObject $request.needs
                Before  = ConvertFrom-PlainObject -InputObject $request.before
                Secrets = $(if ($request.block -ne 'current') { $Secrets })
            }
            $output = Invoke-StepBlock @values
            if ($request.block -ne 'current') {
                $answer.state = 'done'
                $answer.output = @($output | Where-Object { $null -ne $_ } | ForEach-Object { "$_" })
            } else {
                $found = @($output | Where-Object { $null -ne $_ })
                if ($found.Count -eq 0) {
                    $answer.state = 'absent'
                } elseif ($found.Count -eq 1 -and $found[0] -is [System.Collections.IDictionary]) {
                    $answer.value = ConvertTo-PlainValue -InputObject $found[0] -Name $request.id
                    $answer.state = 'present'
                } else {
                    $answer.error = @{
                        id      = 'StrayOutput'
                        message = "current must give one hashtable or nothing; it gave $($found.Count) values: " +
                            (@($found | Select-Object -First 5 | ForEach-Object { "[$($_.GetType().Name)] $_" }) -join ', ')
                    }
                }
            }
        } catch {
            $answer.state = 'failed'
            $answer.error = ConvertTo-ErrorAnswer -ErrorRecord $_
        }
        ConvertTo-Json -InputObject $answer -Depth 100 -Compress
    }
}

function ConvertFrom-SecretText {
    # Gives the bytes that travelled as a secure string of Base64.
    param([System.Security.SecureString]$SecureString)

    $credential = New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList 'bytes', $SecureString
    return , [System.Convert]::FromBase64String($credential.GetNetworkCredential().Password)
}

function Assert-Installer {
    # Ends a step unless the file is the installer that media.yml lists: before it runs, whoever may change the share.
    param([string]$LiteralPath, [string]$Sha256)

    $hash = (Get-FileHash -LiteralPath $LiteralPath -Algorithm SHA256).Hash
    if ($hash -ne $Sha256) {
        throw "$LiteralPath has the SHA-256 $hash, so it is not the installer of media.yml."
    }
}

function Remove-AddedFeature {
    # Uninstalls features and what came along with them: parents and dependencies that were not there before and that
    # nothing else needs. Payload that was not on the disk before leaves it again.
    param([string[]]$Name, [string[]]$Before, [string[]]$NoPayload)

    $all = @{}
    foreach ($feature in @(Get-WindowsFeature)) { $all[[string]$feature.Name] = $feature }
    # Role services that come with these by themselves, without being a dependency.
    $brings = @{
        'Web-Server'         = @('Web-Default-Doc', 'Web-Dir-Browsing', 'Web-Http-Errors', 'Web-Static-Content', 'Web-Http-Logging', 'Web-Stat-Compression', 'Web-Filtering')
        'AD-Domain-Services' = @('FS-FileServer')
    }
    $came = @(Get-FeatureClosure -All $all -Name $Name)
    foreach ($one in $brings.Keys) {
        if ($came -contains $one) { $came += @(Get-FeatureClosure -All $all -Name $brings[$one]) }
    }
    $came = @($came | Select-Object -Unique | Where-Object { $all[$_].Installed -and $Before -notcontains $_ })
    $others = @($all.Keys | Where-Object { $all[$_].Installed -and $came -notcontains $_ })
    $needed = @(Get-FeatureClosure -All $all -Name $others)
    $added = @($came | Where-Object { $needed -notcontains $_ })
    if ($added.Count -eq 0) { return }
    $result = Uninstall-WindowsFeature -Name $added
    if (-not $result.Success) {
        throw "Uninstall-WindowsFeature ended with $($result.ExitCode)."
    }
    $payload = @($added | Where-Object { $NoPayload -contains $_ })
    if ($payload.Count -gt 0) {
        $null = Uninstall-WindowsFeature -Name $payload -Remove
    }
}

function Get-FeatureClosure {
    # Features with their parents and dependencies.
    param([hashtable]$All, [string[]]$Name)

    $seen = @{}
    $waiting = @($Name)
    while ($waiting.Count -gt 0) {
        $waiting = @(foreach ($one in $waiting) {
            if ($All.ContainsKey($one) -and -not $seen.ContainsKey($one)) {
                $seen[$one] = $true
                foreach ($needed in @($All[$one].DependsOn)) { if ($needed) { [string]$needed } }
                if ($All[$one].Parent) { [string]$All[$one].Parent }
            }
        })
    }
    $seen.Keys
}

function Test-StartedSince {
    # Whether a service runs and was started at a moment (as text, in UTC) or later; without one it only has to run.
    param([string]$Name, [string]$Time)

    $service = Get-WmiObject -Class Win32_Service -Filter "Name = '$Name'"
    if ($null -eq $service -or $service.ProcessId -eq 0) { return $false }
    if ($Time -eq '') { return $true }
    $culture = [System.Globalization.CultureInfo]::InvariantCulture
    $utc = [System.Globalization.DateTimeStyles]'AssumeUniversal, AdjustToUniversal'
    (Get-Process -Id $service.ProcessId).StartTime.ToUniversalTime() -ge [datetime]::Parse($Time, $culture, $utc)
}

function Get-BootTime {
    # The moment of the last start, as text that only a restart changes.
    "$((Get-WmiObject -Class Win32_OperatingSystem).LastBootUpTime)"
}
