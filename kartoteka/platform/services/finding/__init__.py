"""The global search: what matches, the engines that propose candidates, and keeping the embedded index true."""
