"""The rows of the history and the board on which records move; pure."""
