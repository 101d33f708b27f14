//! The Portcullis rule language and its evaluator: JSON allow/deny rules, compiled.
