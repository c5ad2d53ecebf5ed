//! Names: surnames by how common they are, given names by the fashion of the year of birth.

use super::dice::Dice;

/// Surnames in falling frequency (Ministry of Public Security, national name report 2020); the last are rare and
/// have a reading of their own. A name further ahead is drawn more often.
const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何",
    "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "韩", "冯", "曹", "彭", "曾", "肖", "田",
    "董", "潘", "袁", "蔡", "蒋", "余", "于", "杜", "叶", "程", "魏", "苏", "吕", "丁", "任", "卢", "姚",
    "沈", "钟", "姜", "崔", "谭", "陆", "范", "汪", "廖", "石", "金", "韦", "贾", "夏", "付", "方", "邹",
    "熊", "白", "孟", "秦", "邱", "侯", "江", "尹", "薛", "闫", "段", "雷", "龙", "黎", "史", "陶", "贺",
    "毛", "郝", "顾", "龚", "邵", "万", "覃", "武", "钱", "戴", "严", "莫", "孔", "向", "常", "单", "解",
    "仇", "查", "区", "翟", "盖", "乐", "欧阳", "上官", "司马",
];

/// Given names that were fashionable, oldest first; men, then women.
const FASHIONS: [([&str; 14], [&str; 14]); 4] = [
    (
        [
            "德福", "玉山", "长根", "国栋", "建国", "援朝", "永贵", "保国", "福生", "志忠", "庆祥", "金水",
            "大明", "跃进",
        ],
        [
            "秀英", "桂英", "秀兰", "玉兰", "桂兰", "凤英", "素珍", "玉珍", "淑珍", "桂珍", "春兰", "腊梅",
            "翠花", "玉梅",
        ],
    ),
    (
        [
            "建军", "卫国", "志强", "卫东", "红军", "国庆", "伟", "勇", "军", "强", "斌", "建平", "爱民",
            "永红",
        ],
        ["丽", "敏", "静", "红梅", "艳", "秀梅", "芳", "燕", "娟", "霞", "玲", "桂荣", "爱华", "小红"],
    ),
    (
        ["伟", "磊", "涛", "超", "鹏", "杰", "浩", "凯", "俊", "鑫", "志远", "文博", "晓东", "海波"],
        ["婷", "丹", "雪", "倩", "莉", "娜", "颖", "琳", "晶", "璐", "晓燕", "雅琴", "思思", "佳慧"],
    ),
    (
        [
            "子轩", "浩宇", "梓豪", "一诺", "宇航", "沐宸", "奕辰", "俊熙", "铭泽", "睿", "嘉懿", "煜城",
            "博文", "天佑",
        ],
        [
            "子涵", "梓萱", "欣怡", "诗涵", "一诺", "雨桐", "可馨", "佳怡", "若汐", "依诺", "紫萱", "梦瑶",
            "语嫣", "悦",
        ],
    ),
];
/// The year of birth from which each next fashion holds.
const FASHION_YEARS: [u16; 3] = [1960, 1982, 2003];
/// Characters for given names beyond the fashions, so that most people are not namesakes.
const MALE: &str = "伟强磊军勇杰涛明辉刚健峰亮华东林波海龙宇飞鹏志国建文德春荣生平友根祥福安良先义庆";
const FEMALE: &str = "芳娜敏静丽艳秀娟霞玲桂英华梅兰凤玉珍素红春燕琴云香月莲萍菊花巧美慧雅婷洁琳";

/// A surname.
pub(super) fn surname(dice: &mut Dice) -> &'static str {
    // The smaller of two throws leans to the front of the list about as steeply as real frequencies do.
    let rank = dice.below(SURNAMES.len()).min(dice.below(SURNAMES.len())).min(dice.below(SURNAMES.len()));
    SURNAMES.get(rank).copied().unwrap_or("王")
}

/// A given name for somebody born in `year`.
pub(super) fn given(dice: &mut Dice, year: u16, female: bool) -> String {
    let fashion = FASHION_YEARS.iter().filter(|from| year >= **from).count();
    if dice.chance(250)
        && let Some((men, women)) = FASHIONS.get(fashion)
    {
        return dice.pick(if female { women } else { men }).to_owned();
    }
    let from = if female { FEMALE } else { MALE };
    let first = dice.pick_char(from);
    if dice.chance(150) { first.to_string() } else { [first, dice.pick_char(from)].iter().collect() }
}
