#!/bin/sh
# The machines' certificates for one another, on a machine without a network:
#
#   sh certificates.sh one ADDRESS two ADDRESS three ADDRESS
#
# The first time it makes an authority for these machines alone, whose key (machines.key) asks for a phrase and stays in a safe;
# then a folder for each machine, which goes to its /etc/lnctp-machines. Once a year again, with that authority beside it.
set -eu
umask 077
cipher=${LNCTP_CA_CIPHER--aes-256-cbc}

if [ ! -e machines.pem ]; then
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 $cipher -out machines.key
    openssl req -x509 -new -key machines.key -days 3650 -out machines.pem -subj "/O=Linea/CN=Maquinas de la Linea" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
fi

# One program of one machine: its name, its address, the program, and a name that the program has on all three.
# Not Ed25519: PostgreSQL cannot bind a password to such a certificate (SCRAM with channel binding).
issue() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1/$3.key"
    openssl req -new -key "$1/$3.key" -subj "/CN=$1" -out "$1/$3.csr"
    printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" \
        "extendedKeyUsage=serverAuth,clientAuth" "subjectAltName=DNS:$1,DNS:$4,IP:$2" > "$1/$3.ext"
    openssl x509 -req -in "$1/$3.csr" -CA machines.pem -CAkey machines.key -CAcreateserial -days 397 -sha256 \
        -extfile "$1/$3.ext" -out "$1/$3.pem"
    rm "$1/$3.csr" "$1/$3.ext"
    chmod 644 "$1/$3.pem"
}

while [ $# -ge 2 ]; do
    mkdir -p "$1"
    install -m 644 machines.pem "$1/ca.pem"
    issue "$1" "$2" etcd lnctp-etcd
    issue "$1" "$2" database lnctp-database
    issue "$1" "$2" haproxy lnctp-haproxy
    chmod 600 "$1/haproxy.pem"
    cat "$1/haproxy.key" >> "$1/haproxy.pem"    # HAProxy reads both from one file
    rm "$1/haproxy.key"
    shift 2
done
