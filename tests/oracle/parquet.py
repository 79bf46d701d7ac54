"""Tables as Parquet files for tests, written by the engine's own library through its C interface."""
import ctypes


class Parquet:
    def __init__(self, library):
        self.library = ctypes.CDLL(library)
        self.database, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        assert self.library.duckdb_open(None, ctypes.byref(self.database)) == 0
        assert self.library.duckdb_connect(self.database, ctypes.byref(self.connection)) == 0
        self.library.duckdb_query.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]

    def query(self, sql):
        if self.library.duckdb_query(self.connection, sql.encode(), None) != 0:
            raise ValueError(f"the engine refused: {sql}")

    def convert(self, source, target):
        self.query(f"COPY (SELECT * FROM read_csv('{source}', header = true, sample_size = -1)) TO '{target}' "
                   "(FORMAT parquet)")
