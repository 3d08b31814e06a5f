// What only the administration needs.
import "./sorting";
import "./rows";
import "./matrix";
