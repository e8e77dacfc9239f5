; Inno Setup 6: per user, without an administrator. NOT TRIED HERE: there was no Windows. Before it is given to anybody,
; by hand: F1 to F9, Ctrl+L, accents, the window closed by its cross, a lock, an update.
;   py dev.py bundle
;   iscc packaging\windows.iss

[Setup]
AppId={{9B5B3C0E-6C3D-4F3B-9C55-0C3F0A2E7D11}
AppName=Registro
AppVersion=0.1.0
DefaultDirName={localappdata}\Programs\Registro
PrivilegesRequired=lowest
DisableProgramGroupPage=yes
DisableDirPage=yes
OutputDir=..\dist
OutputBaseFilename=lnctp-setup
Compression=lzma2/max
SolidCompression=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
; Nothing of the data folder is touched, neither here nor when it is removed.
CloseApplications=no

[Languages]
Name: "es"; MessagesFile: "compiler:Languages\Spanish.isl"

[Files]
Source: "..\dist\lnctp\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
; Windows Terminal where it is; its UTF-8 and its keys are those that were looked at.
Name: "{userprograms}\Registro"; Filename: "{localappdata}\Microsoft\WindowsApps\wt.exe"; \
  Parameters: "--title Registro ""{app}\lnctp.exe"""; Check: HasTerminal
Name: "{userprograms}\Registro"; Filename: "{app}\lnctp.exe"; Check: not HasTerminal

[Code]
function HasTerminal: Boolean;
begin
  Result := FileExists(ExpandConstant('{localappdata}\Microsoft\WindowsApps\wt.exe'));
end;
