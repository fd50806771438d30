//! A certificate authority that lives as long as the test, and what it says of `localhost`.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Makes `ca.crt`, `server.crt` and `server.key` in a directory.
pub fn certify(directory: &Path) {
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        command.args(arguments.split(' ')).current_dir(directory);
        let output = command.output().expect("openssl (see tests/run)");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!("req -x509 {key} -keyout ca.key -out ca.crt -days 2 -subj /CN=Test"));
    openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
    let extension = "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n";
    fs::write(directory.join("ext"), extension).expect("written");
    openssl(
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt \
         -days 2 -extfile ext",
    );
}
