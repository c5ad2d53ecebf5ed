//! Chinese for the English words that errors of the gate are put together from.
//!
//! A test reads the gate's sources and fails on a word that is missing here.

/// The Chinese for `what`; a word that is not known stays English.
pub(super) fn zh(what: &'static str) -> &'static str {
    match what {
        "a change" => "变更",
        "a change without operations" => "没有操作的变更",
        "a column specification" => "列说明",
        "a counter" => "计数器",
        "a deflated column" => "压缩列",
        "a deflated column in a change" => "变更中的压缩列",
        "a document" => "文档",
        "a key" => "键名",
        "a message" => "说明文字",
        "a nested object" => "嵌套对象",
        "a text mark" => "文本标记",
        "a value" => "值",
        "a value of an unknown type" => "未知类型的值",
        "actors" => "写入者",
        "actors of the document" => "文档的写入者",
        "an empty column" => "空列",
        "an empty key" => "空键名",
        "an increment" => "增量操作",
        "an operation inside a nested object" => "嵌套对象内的操作",
        "an operation on a list" => "列表操作",
        "an operation that does not set a scalar" => "不是设置简单值的操作",
        "an unknown action" => "未知操作",
        "an unknown column" => "未知的列",
        "applying a change" => "应用变更",
        "changes of the document" => "文档的变更",
        "columns" => "列",
        "copying a document" => "复制文档",
        "decoding a change" => "解码变更",
        "dependencies" => "依赖",
        "dependencies of the document" => "文档的依赖",
        "extra bytes of a change" => "变更的附加字节",
        "heads" => "最新变更",
        "heads of the document" => "文档的最新变更",
        "index of a head" => "最新变更的位置",
        "loading a document" => "载入文档",
        "number of operations" => "操作总数",
        "operations of the document" => "文档的操作",
        "operations times dependencies of a change" => "变更的操作数乘以依赖数",
        "order of actors" => "写入者的顺序",
        "order of changes" => "变更的顺序",
        "order of columns" => "列的顺序",
        "order of heads" => "最新变更的顺序",
        "order of successors" => "后继操作的顺序",
        "predecessors" => "被替换的操作",
        "reading the history of a document" => "读取文档历史",
        "reading what a change replaces" => "读取变更所替换的值",
        "saving a document" => "保存文档",
        "text that is not UTF-8" => "非 UTF-8 的文字",
        "the action column" => "操作类型列",
        "the actor column" => "写入者列",
        "the counter column" => "操作编号列",
        "the dependency column" => "依赖列",
        "the dependency count column" => "依赖数列",
        "the extra column" => "附加列",
        "the first operation" => "首个操作编号",
        "the inflated document" => "解压后的文档",
        "the insert column" => "插入列",
        "the key column" => "键名列",
        "the last operation" => "末个操作编号",
        "the last operation column" => "末个操作列",
        "the length of an actor id" => "写入者标识的长度",
        "the message column" => "说明文字列",
        "the number column" => "变更编号列",
        "the number of a change" => "变更编号",
        "the predecessor actor column" => "被替换操作的写入者列",
        "the predecessor count column" => "被替换操作的数量列",
        "the predecessor counter column" => "被替换操作的编号列",
        "the successor actor column" => "后继操作的写入者列",
        "the successor count column" => "后继操作的数量列",
        "the successor counter column" => "后继操作的编号列",
        "the time column" => "时间列",
        "the time of a change" => "变更时间",
        "the value column" => "值类型列",
        "the value of a deletion" => "删除操作的值",
        "the values" => "值数据",
        "two operations with one name" => "两个同名操作",
        _ => what,
    }
}

#[cfg(test)]
mod tests {
    use super::zh;
    use std::collections::{BTreeMap, BTreeSet};

    const SOURCES: [&str; 9] = [
        include_str!("../../gate.rs"),
        include_str!("../apply.rs"),
        include_str!("../bytes.rs"),
        include_str!("../change.rs"),
        include_str!("../columns.rs"),
        include_str!("../document.rs"),
        include_str!("../document/table.rs"),
        include_str!("../facts.rs"),
        include_str!("../values.rs"),
    ];

    /// Every English phrase in the gate's own code, without its tests and comments.
    fn phrases() -> Vec<&'static str> {
        let code = SOURCES.iter().flat_map(|source| source.split("#[cfg(test)]").next());
        let lines = code.flat_map(str::lines).filter(|line| !line.trim_start().starts_with("//"));
        lines.flat_map(|line| line.split('"').skip(1).step_by(2)).collect()
    }

    #[test]
    fn every_word_has_its_chinese() {
        let phrases = phrases();
        assert!(phrases.len() > 70);
        let mut seen = BTreeMap::new();
        for phrase in phrases {
            let chinese = zh(phrase);
            let is_han = |letter| ('\u{4e00}'..='\u{9fff}').contains(&letter);
            assert!(chinese.chars().any(is_han), "no Chinese for {phrase:?}");
            seen.insert(phrase, chinese);
        }
        let distinct: BTreeSet<&str> = seen.values().copied().collect();
        assert_eq!(distinct.len(), seen.len(), "two words with one Chinese");
    }
}
