// The verbs that join rooms.
