//! Tells cargo to build the binary anew when the console was built anew.

fn main() {
    // The folder is committed (with a `.gitignore` in it), so cargo sees it whether the console was built or not.
    println!("cargo:rerun-if-changed=../../console/dist");
}
