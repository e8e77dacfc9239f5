#!/bin/sh
# An application that opens Terminal, signed and notarised. NOT TRIED HERE: there was no Mac.
#   SIGNER="Developer ID Application: …" PROFILE=notary sh packaging/macos.sh
# SIGNER is a certificate of the keychain, PROFILE what `xcrun notarytool store-credentials` kept.
set -eu
cd "$(dirname "$0")/.."
: "${SIGNER:?}" "${PROFILE:?}"

python3 dev.py bundle
app=dist/Registro.app
rm -rf "$app"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
cp -R dist/lnctp "$app/Contents/Resources/lnctp"
cat > "$app/Contents/MacOS/Registro" <<'START'
#!/bin/sh
exec open -a Terminal "$(cd "$(dirname "$0")/../Resources/lnctp" && pwd)/lnctp"
START
chmod 755 "$app/Contents/MacOS/Registro"
cat > "$app/Contents/Info.plist" <<'PLIST'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>Registro</string>
<key>CFBundleIdentifier</key><string>mx.example.registro</string>
<key>CFBundleName</key><string>Registro</string>
<key>CFBundlePackageType</key><string>APPL</string>
</dict></plist>
PLIST

# From the inside out: each library, then the program, then the whole.
find "$app/Contents/Resources/lnctp" -type f \( -name '*.so' -o -name '*.dylib' -o -name Python -o -name lnctp \) \
  -exec codesign --force --options runtime --timestamp --sign "$SIGNER" {} +
codesign --force --options runtime --timestamp --sign "$SIGNER" "$app"
ditto -c -k --keepParent "$app" dist/Registro.zip
xcrun notarytool submit dist/Registro.zip --keychain-profile "$PROFILE" --wait
xcrun stapler staple "$app"
hdiutil create -volname Registro -srcfolder "$app" -ov -format UDZO dist/Registro.dmg
codesign --timestamp --sign "$SIGNER" dist/Registro.dmg
