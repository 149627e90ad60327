; Windows installer of the frozen bundle. Build the bundle first, then:
;   iscc /DVersion=0.1.0 /DBundle=dist\watchpost installer.iss
#ifndef Version
  #error Say /DVersion=x.y.z
#endif
#ifndef Bundle
  #error Say /DBundle=folder of the frozen bundle
#endif

[Setup]
; Never change the AppId: upgrades find the installed program by it.
AppId={{6B0E5A52-7C0B-4B5B-9D0C-1B0F3C0A9E21}
AppName=Watchpost
AppVersion={#Version}
AppPublisher=Watchpost
DefaultDirName={autopf}\Watchpost
DefaultGroupName=Watchpost
DisableProgramGroupPage=yes
LicenseFile=LICENSE
OutputDir=dist
OutputBaseFilename=watchpost-{#Version}-setup
Compression=lzma2
SolidCompression=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
UninstallDisplayIcon={app}\watchpost.exe
CloseApplications=yes

[InstallDelete]
; The bundle's own folder only; data, settings and models lie elsewhere and stay.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Bundle}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs

[Icons]
Name: "{group}\Watchpost"; Filename: "{app}\watchpost.exe"
Name: "{group}\Watchpost demo"; Filename: "{app}\watchpost.exe"; Parameters: "demo"

[Run]
Filename: "{app}\watchpost.exe"; Description: "{cm:LaunchProgram,Watchpost}"; Flags: nowait postinstall skipifsilent
