"""The category tree: top categories and their children, in shop-window order."""

TREE = {
    ("fashion", "服饰", "Fashion"): (
        ("dresses", "裙装", "Dresses & skirts"),
        ("tops", "衬衫上衣", "Shirts & tops"),
        ("knitwear", "针织毛衫", "Knitwear"),
        ("trousers", "裤装", "Trousers"),
        ("outerwear", "外套大衣", "Coats & jackets"),
        ("shoes", "鞋履", "Shoes"),
    ),
    ("accessories", "箱包配饰", "Bags & accessories"): (
        ("bags", "包袋", "Bags"),
        ("jewellery", "首饰", "Jewellery"),
        ("hats-scarves", "帽子围巾", "Hats & scarves"),
        ("eyewear-watches", "眼镜腕表", "Eyewear & watches"),
    ),
    ("beauty", "美妆个护", "Beauty"): (
        ("skincare", "护肤", "Skincare"),
        ("makeup", "彩妆", "Make-up"),
        ("fragrance", "香氛", "Fragrance"),
        ("hair-care", "美发护发", "Hair care"),
        ("body-care", "身体护理", "Body care"),
    ),
    ("home", "家居生活", "Home"): (
        ("lighting", "灯具", "Lighting"),
        ("furniture", "家具", "Furniture"),
        ("bedding", "床品布艺", "Bedding & textiles"),
        ("tableware", "餐厨器皿", "Tableware"),
        ("plants-flowers", "绿植花艺", "Plants & flowers"),
        ("decor", "装饰收纳", "Decoration & storage"),
    ),
    ("food", "食品饮料", "Food & drink"): (
        ("tea-coffee", "茶与咖啡", "Tea & coffee"),
        ("ready-meals", "方便速食", "Ready meals"),
        ("bakery", "烘焙糕点", "Bakery"),
        ("fresh-fruit", "新鲜水果", "Fresh fruit"),
        ("snacks", "零食坚果", "Snacks & nuts"),
    ),
    ("digital", "数码家电", "Electronics"): (
        ("phones", "手机与配件", "Phones & accessories"),
        ("audio", "影音", "Audio"),
        ("computers", "电脑外设", "Computers"),
        ("cameras", "摄影摄像", "Cameras"),
        ("wearables", "智能穿戴", "Wearables"),
        ("small-appliances", "生活小家电", "Small appliances"),
    ),
    ("baby", "母婴", "Mother & baby"): (
        ("feeding", "喂养用品", "Feeding"),
        ("baby-clothing", "婴童服饰", "Baby clothing"),
        ("toys", "玩具", "Toys"),
        ("baby-gear", "出行装备", "Prams & gear"),
        ("picture-books", "绘本", "Picture books"),
    ),
    ("sports", "运动户外", "Sports & outdoors"): (
        ("camping", "露营", "Camping"),
        ("cycling", "骑行", "Cycling"),
        ("yoga-fitness", "瑜伽健身", "Yoga & fitness"),
        ("running-hiking", "跑步徒步", "Running & hiking"),
        ("racket-sports", "球拍运动", "Racket sports"),
    ),
    ("travel", "旅行", "Travel"): (
        ("hotels", "酒店", "Hotels"),
        ("guesthouses", "民宿", "Guesthouses"),
        ("tours", "当地玩乐", "Tours & trips"),
        ("luggage", "旅行装备", "Luggage"),
    ),
    ("local", "本地生活", "Local services"): (
        ("spa", "美容养生", "Spa & wellness"),
        ("photography", "摄影写真", "Photo shoots"),
        ("courses", "兴趣课程", "Courses"),
        ("dining", "餐饮美食", "Dining"),
    ),
}
